-- What a STIX sighting says, of those that count or will once their indicator is there.
alter table stix_object
  -- Id of the indicator object.
  add column sighting_of text,
  add column sighted_at timestamptz,
  add column sighted_count int check (sighted_count > 0);

-- Sightings that wait for their indicator are looked up when indicators come.
create index stix_object_of_waiting_sighting on stix_object (owner_id, sighting_of)
  where sighting_of is not null and outcome = 'kept';

-- The sighting object that brought it: a newer version of it takes its place.
alter table sighting add column stix_id text;
create unique index sighting_of_stix on sighting (owner_id, stix_id, indicator_id) where stix_id is not null;
