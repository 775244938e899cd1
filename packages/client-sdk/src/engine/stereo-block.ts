/** A block ready for the output. */
export interface StereoBlock {
  readonly left: Float32Array;
  readonly right: Float32Array;
}
