/** Ids, after docs/spec/terms.md#ids. */

const DIGITS = "0123456789abcdefghjkmnpqrstvwxyz";

/** Whether `value` is an id with `prefix`: 26 base-32 digits that carry 128 bits. */
export function isIdOf(prefix: string, value: unknown): boolean {
  return typeof value === "string" && new RegExp(`^${prefix}_[0-7][${DIGITS}]{25}$`).test(value);
}

/** The id that carries the first 16 of `bytes`: the number in base 32, most significant digit first. */
export function idOf(prefix: string, bytes: Uint8Array): string {
  let number = BigInt(`0x${Buffer.from(bytes.subarray(0, 16)).toString("hex")}`);
  const digits: string[] = [];
  for (let i = 0; i < 26; i++) {
    digits.push(DIGITS[Number(number % 32n)]!);
    number /= 32n;
  }
  return `${prefix}_${digits.reverse().join("")}`;
}
