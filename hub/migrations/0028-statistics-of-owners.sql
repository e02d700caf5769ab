-- A table of a few owners never changes enough for PostgreSQL to look at it, and every query of the library joins it: without its
-- statistics the number of rows is taken for a hundredth of what it is, and counts above 10,000 are shown by that (LIB-3).
alter table owner set (autovacuum_analyze_threshold = 0, autovacuum_analyze_scale_factor = 0.1);
analyze owner;
