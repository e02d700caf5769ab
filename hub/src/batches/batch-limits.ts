/**
 * What the objects of one content may take in the memory of the thread that reads it: twice what the most wasteful content that
 * was tried takes, of the largest size.
 */
export const readingMegabytesMax = 768

/**
 * Longest wait, in milliseconds, of a batch for one that is written before it. Then its sender is told to come again: clients give
 * up after a minute without a word, and would not know whether it was taken.
 */
export const otherBatchWaitMsMax = 20_000
