-- For searching millions by TQL. Each index costs every batch, so each is small: BRIN says which pages may hold a row, and rows of
-- one batch lie together; the others hold little.

-- By owner and date, both of adding and of changing.
create index assertion_by_owner_and_date on assertion
  using brin (owner_id int8_minmax_multi_ops, added_at, modified_at) with (pages_per_range = 32, autosummarize = on);
-- By a type that few have; the four that nearly all have are found by reading on from the newest.
create index indicator_of_rare_type on indicator (type) where type not in ('Address', 'File', 'Host', 'URL');
-- For completing names of tags.
create index tag_by_start on tag (lower(name) text_pattern_ops);
