-- What a list hits is read page by page.
create index excluded_indicator_by_list on excluded_indicator (list_id, indicator_id);
drop index excluded_indicator_of_list;

-- Members that some or all readers are not given are counted, and read page by page, without a look at the others.
create index collection_member_left_out on collection_member (collection_id, indicator_id)
  where until_version is null and (excluded or not active or tlp > 2);

-- Values that a list's text lacks, in the order of the text: the first of each reason.
create table list_left_out (
  text_id bigint not null references list_text on delete cascade,
  number int not null,
  indicator_id uuid not null,
  reason text not null,
  primary key (text_id, number)
);
-- Each list is written once more, so that what it lacks by now can be named.
update firewall_list set considered_version = 0;
