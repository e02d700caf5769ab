/** Bundles that may be on their way to the thread that reads them, the one that is read included; asked before a body is read. */
export const bundlesWaitingMax = 32
/** Bytes of all these: four of the largest size. */
export const bundleBytesWaitingMax = 300_000_000
/** A bundle of the largest size is read in a few seconds; one that takes so long is cut off. */
export const bundleReadSecondsMax = 120
/** What the objects of one bundle may take in the thread's memory. */
export const bundleMemoryMegabytesMax = 1536
/** STIX outputs that are read at once: each holds a connection. */
export const stixOutputsMax = 4
/** Objects of a bundle that its answer names one by one, since the library did not take all of them. */
export const notMappedMax = 2000
/** Objects that one look for kept texts reads; looks follow one another until a page is full or its time is over. */
export const textsLookedAtMax = 20_000
/** Bytes of their texts; one that has more alone is read all the same. */
export const textBytesLookedAtMax = 64 * 1024 * 1024
/** How long one request looks for kept texts; what it found until then is a page, and the next one goes on behind it. */
export const textSearchMs = 2000
/** Groups, and objects of a value, by whose names a search finds the kept texts that join them. */
export const endsNamedMax = 1000
/** Characters of a kept text that are shown; the whole goes out with its owner's STIX. */
export const shownTextLengthMax = 200_000
/** Types of objects that an account tells apart; the others are counted together. */
export const kindsMax = 500
/** Reasons that an account names of one type. */
export const kindReasonsMax = 20
/** Objects that one report names in its `object_refs`; it is one text, and relationships say the others. */
export const reportRefsMax = 10_000
/** Links of an owner's techniques with the tactics that their phases name; ATT&CK has some 2,000. */
export const tacticLinksMax = 100_000
