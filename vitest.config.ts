export { default } from "./vitest.unit.config";
