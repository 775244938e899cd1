/** Artwork. */
import type { ServerContext } from "../../context";
import type { Module } from "../module";
import type { ImageStore } from "./image-store";
import { imageRoutes } from "./routes";

/** Makes the area of artwork. */
export function imagesModule(context: ServerContext, { store }: { readonly store: ImageStore }): Module {
  return { name: "images", routes: (app) => imageRoutes(app, context, store) };
}
