-- Whether servers of an environment may connect where a device on the way opens TLS (S17).
alter table environment add column allow_inspected_tls boolean not null default false;
