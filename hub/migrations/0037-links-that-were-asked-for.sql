-- What a stranger asks for at the sign-in page ends no link that an administrator made: a user has at most one of each.
alter table password_link add column asked_by text not null default 'administrator' check (asked_by in ('administrator', 'stranger'));
alter table password_link alter column asked_by drop default;
alter table password_link drop constraint password_link_pkey;
alter table password_link add primary key (user_id, asked_by);
