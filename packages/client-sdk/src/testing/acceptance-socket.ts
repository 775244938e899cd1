/** What every implementation of the SocketFactory port must do. */
import type { Socket, SocketFactory } from "../ports/socket";
import type { SuiteTools } from "./suite-tools";

/**
 * @param url Of a server that accepts the subprotocol `echo` at /echo and sends back every message in its kind, except that
 * the text `end` makes it close with 3042; at /none there is nothing
 */
export function socketSuite(
  { describe, test, equal }: SuiteTools,
  factory: () => SocketFactory,
  url: (path: string) => string,
): void {
  function open(path: string) {
    const heard: (string | number[])[] = [];
    let socket!: Socket;
    let wake: () => void = () => undefined;
    const until = async (done: () => boolean) => {
      for (let i = 0; i < 200 && !done(); i++)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, 25);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      equal(done(), true);
    };
    const opened: string[] = [];
    const closed: number[] = [];
    socket = factory().open(url(path), ["unknown", "echo"], {
      opened: (subprotocol) => {
        opened.push(subprotocol);
        wake();
      },
      message: (message) => {
        heard.push(typeof message === "string" ? message : [...message]);
        wake();
      },
      closed: (code) => {
        closed.push(code);
        wake();
      },
    });
    return { socket, heard, opened, closed, until };
  }

  describe("a socket", () => {
    test("opens with the server's subprotocol and carries text and bytes", async () => {
      const { socket, heard, opened, closed, until } = open("/echo");
      await until(() => opened.length === 1);
      equal(opened, ["echo"]);
      socket.send("hello");
      socket.send(Uint8Array.of(0, 1, 255));
      await until(() => heard.length === 2);
      equal(heard, ["hello", [0, 1, 255]]);
      socket.close(3001);
      await until(() => closed.length === 1);
      socket.close(3001);
      socket.send("late");
      equal(closed.length, 1);
    });

    test("tells the server's close code once", async () => {
      const { socket, opened, closed, until } = open("/echo");
      await until(() => opened.length === 1);
      socket.send("end");
      await until(() => closed.length === 1);
      equal(closed, [3042]);
    });

    test("is closed, and never opened, where there is no server", async () => {
      const { socket, opened, closed, until } = open("/none");
      socket.send("too early");
      await until(() => closed.length === 1);
      equal([opened, closed], [[], [1006]]);
    });
  });
}
