/** Why a query may find nothing though a row shows all that it asks for: told wherever one finds nothing. */
export const oneOwnerRule =
  'A query is judged against one owner’s assertion at a time: the tags of one owner do not meet the tags or the rating of another.'
