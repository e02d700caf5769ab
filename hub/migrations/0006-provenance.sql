-- Who wrote an assertion: a batch writes its assertions and its own end in one transaction, so that they bear the same time.
create index batch_by_completion on batch (owner_id, completed_at);
