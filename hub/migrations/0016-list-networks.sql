-- The widest networks that a list may have (D27), as the shortest prefixes; wider ones are left out of it.
alter table firewall_list
  add column ipv4_prefix_min smallint not null default 16 check (ipv4_prefix_min between 0 and 32),
  add column ipv6_prefix_min smallint not null default 32 check (ipv6_prefix_min between 0 and 128);
