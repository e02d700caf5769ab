-- Migration 0032 gave tokens to the user by whose name they were made. Of those that another token made, that is the name of the token:
-- where a user has the same one, the token does not end with that user's account.
update api_token set user_id = null
where user_id is not null
  and created_at < (select applied_at from schema_migration where number = 32)
  and exists (select 1 from audit_event
    where action = 'token.create' and subject = 'token ' || api_token.id and actor_kind = 'token');
