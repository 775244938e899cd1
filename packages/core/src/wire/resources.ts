/** JSON resources of the HTTP API; the OpenAPI document defines them, and `…Schema` of each reads it. */
export type * from "../gen/resources";
