table api_token
  id bigint not null generated
  organization_id bigint not null
  name text not null
  role text not null
  token_sha256 bytea not null
  created_by text not null
  created_at timestamp with time zone not null default now()
  expires_at timestamp with time zone not null
  last_used_at timestamp with time zone
  revoked_at timestamp with time zone
  constraint api_token_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100)))
  constraint api_token_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id)
  constraint api_token_pkey PRIMARY KEY (id)
  constraint api_token_role_check CHECK ((role = ANY (ARRAY['administrator'::text, 'organization-administrator'::text, 'analyst'::text, 'read-only'::text])))
  constraint api_token_token_sha256_key UNIQUE (token_sha256)
  CREATE INDEX api_token_of_organization ON public.api_token USING btree (organization_id)

table audit_event
  id bigint not null generated
  at timestamp with time zone not null default now()
  organization_id bigint
  actor_kind text not null
  actor_name text not null
  action text not null
  subject text not null
  detail jsonb not null default '{}'::jsonb
  address text
  constraint audit_event_pkey PRIMARY KEY (id)
  CREATE INDEX audit_event_of_organization ON public.audit_event USING btree (organization_id, id DESC)

table organization
  id bigint not null generated
  name text not null
  created_at timestamp with time zone not null default now()
  constraint organization_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100)))
  constraint organization_name_key UNIQUE (name)
  constraint organization_pkey PRIMARY KEY (id)

table owner
  id bigint not null generated
  organization_id bigint not null
  name text not null
  kind text not null default 'Source'::text
  created_at timestamp with time zone not null default now()
  constraint owner_kind_check CHECK ((kind = ANY (ARRAY['Organization'::text, 'Community'::text, 'Source'::text])))
  constraint owner_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100)))
  constraint owner_name_key UNIQUE (name)
  constraint owner_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id)
  constraint owner_pkey PRIMARY KEY (id)
  CREATE INDEX owner_of_organization ON public.owner USING btree (organization_id)

table schema_migration
  number integer not null
  name text not null
  sha256 text not null
  applied_at timestamp with time zone not null default now()
  constraint schema_migration_pkey PRIMARY KEY (number)

table session
  token_sha256 bytea not null
  user_id bigint not null
  created_at timestamp with time zone not null default now()
  last_used_at timestamp with time zone not null default now()
  expires_at timestamp with time zone not null
  address text
  constraint session_pkey PRIMARY KEY (token_sha256)
  constraint session_user_id_fkey FOREIGN KEY (user_id) REFERENCES user_account(id) ON DELETE CASCADE
  CREATE INDEX session_by_expiry ON public.session USING btree (expires_at)
  CREATE INDEX session_of_user ON public.session USING btree (user_id)

table setting
  name text not null
  value jsonb not null
  changed_at timestamp with time zone not null default now()
  constraint setting_pkey PRIMARY KEY (name)

table setup_link
  token_sha256 bytea not null
  created_at timestamp with time zone not null default now()
  expires_at timestamp with time zone not null
  used_at timestamp with time zone
  constraint setup_link_pkey PRIMARY KEY (token_sha256)

table sign_in_failure
  subject text not null
  at timestamp with time zone not null default now()
  CREATE INDEX sign_in_failure_by_subject ON public.sign_in_failure USING btree (subject, at)

table signing_key
  id text not null
  purpose text not null
  public_pem text not null
  certificate_pem text
  sealed_private bytea not null
  created_at timestamp with time zone not null default now()
  retired_at timestamp with time zone
  constraint signing_key_id_check CHECK ((id ~ '^[0-9a-f]{16}$'::text))
  constraint signing_key_pkey PRIMARY KEY (id)
  constraint signing_key_purpose_check CHECK ((purpose = ANY (ARRAY['ca'::text, 'command'::text, 'publisher'::text, 'release'::text, 'token'::text])))
  CREATE UNIQUE INDEX signing_key_current ON public.signing_key USING btree (purpose) WHERE (retired_at IS NULL)

table user_account
  id bigint not null generated
  organization_id bigint not null
  username text not null
  role text not null
  password_hash text not null
  created_at timestamp with time zone not null default now()
  disabled_at timestamp with time zone
  constraint user_account_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id)
  constraint user_account_pkey PRIMARY KEY (id)
  constraint user_account_role_check CHECK ((role = ANY (ARRAY['administrator'::text, 'organization-administrator'::text, 'analyst'::text, 'read-only'::text])))
  CREATE INDEX user_account_of_organization ON public.user_account USING btree (organization_id)
  CREATE UNIQUE INDEX user_account_by_username ON public.user_account USING btree (lower(username))
