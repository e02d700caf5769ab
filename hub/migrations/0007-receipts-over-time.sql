-- The page of receipts counts them by day, over a year at most.
create index receipt_over_time on receipt (organization_id, created_at) include (state, control_id, target);
