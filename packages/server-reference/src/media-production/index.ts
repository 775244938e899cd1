export { drawArtwork } from "./artwork";
export { FEATURES_VERSION } from "./features";
export { findFfmpeg } from "./ffmpeg";
export { ContentStore, type OpenMedia } from "./media-store";
