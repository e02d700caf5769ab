/**
 * Rows of a batch's indicators that are written while the next are prepared. Smaller parts begin sooner and cost more statements.
 */
export const partRowsMax = 2_500
