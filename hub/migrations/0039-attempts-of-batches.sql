-- Which attempt of its execution sent it, the last one where several sent the same: an attempt is judged by what it sent itself (T1).
-- Null of what people sent, and of what was taken before this was noted.
alter table batch add column attempt integer;
