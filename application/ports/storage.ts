/** Whether there is room for what commands write. */
export interface Storage {
  /** The disk is full, or about to be: nothing is written until there is room again. */
  readonly isFull: boolean;
}
