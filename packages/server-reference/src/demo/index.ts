export { type DemoProgress, type DemoRenderer, startDemoRenderer } from "./renderer";
export { seedDemo } from "./seed";
