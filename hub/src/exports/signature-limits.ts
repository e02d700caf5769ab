/** Receipts whose signatures one answer looks at: each takes a fifth of a millisecond of a processor, beside the event loop. */
export const signaturesCheckedMax = 1_000
