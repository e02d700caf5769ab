-- Whether a rule gives a confidence to what its owner said none of (D44). Rules of before did, and go on.

alter table deprecation_rule add column gives_confidence boolean not null default true;
alter table deprecation_rule alter column gives_confidence set default false;
