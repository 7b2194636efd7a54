-- Writes a batch of independent appends in one statement; each passes or conflicts alone.
--
-- chain_streams, chain_revisions: each stream of the batch once, with the revision that its first append expects. The
-- caller puts two appends of one stream into one batch only when the second expects what the first leaves.
-- counts: events per append. The other arrays: one element per event, in the order of the appends.
--
-- Answers first_position when everything was written (the positions then follow on without gaps, which tells the caller
-- all the rest), else per append in order: positions, of its last event, null = conflict; and actuals, the revision that
-- the stream was found at, -1 when there is none.
--
-- The lock comes first, in a statement of its own, because each later statement of a volatile function then sees what
-- was committed before the lock was given; a statement that locks inside itself would check against an older snapshot.
-- It is released after the commit has become visible, so nothing shows up behind a position that somebody has seen.
--
-- A session that first appends to an empty table would plan, and keep, sequential scans: the caller's session has
-- enable_seqscan and enable_bitmapscan off (SET clauses here do the same, for 40 us a call).
CREATE FUNCTION events.append(
  chain_streams text[],
  chain_revisions bigint[],
  counts integer[],
  event_streams text[],
  event_revisions bigint[],
  event_ids uuid[],
  event_types text[],
  event_data text[],
  event_metadata text[],
  OUT first_position bigint,
  OUT positions bigint[],
  OUT actuals bigint[]
)
LANGUAGE plpgsql
AS $$
DECLARE
  head bigint;
  lo integer := 1;
  hi integer;
  number_of_events integer;
  expected bigint;
  actual bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(7272539002);

  head := coalesce((SELECT log.position FROM events.log ORDER BY log.position DESC LIMIT 1), 0);

  IF NOT EXISTS (
    SELECT FROM unnest(chain_streams, chain_revisions) AS chain (stream, revision)
    WHERE chain.revision <> coalesce(
      (SELECT log.revision FROM events.log WHERE log.stream = chain.stream ORDER BY log.revision DESC LIMIT 1), -1)
  ) THEN
    INSERT INTO events.log (position, revision, id, stream, type, data, metadata)
    SELECT head + event.number, event.revision, event.id, event.stream, event.type, event.data, event.metadata
    FROM unnest(event_revisions, event_ids, event_streams, event_types, event_data, event_metadata)
      WITH ORDINALITY AS event (revision, id, stream, type, data, metadata, number);
    first_position := head + 1;
    RETURN;
  END IF;

  FOREACH number_of_events IN ARRAY counts LOOP
    hi := lo + number_of_events - 1;
    expected := event_revisions[lo] - 1;
    actual := coalesce(
      (SELECT log.revision FROM events.log WHERE log.stream = event_streams[lo] ORDER BY log.revision DESC LIMIT 1), -1);
    actuals := actuals || actual;
    IF actual = expected THEN
      INSERT INTO events.log (position, revision, id, stream, type, data, metadata)
      SELECT head + event.number, event.revision, event.id, event.stream, event.type, event.data, event.metadata
      FROM unnest(event_revisions[lo:hi], event_ids[lo:hi], event_streams[lo:hi], event_types[lo:hi], event_data[lo:hi],
        event_metadata[lo:hi]) WITH ORDINALITY AS event (revision, id, stream, type, data, metadata, number);
      head := head + number_of_events;
      positions := positions || head;
    ELSE
      -- Sent before: the same ids at the same revisions, whatever followed, whatever the data.
      positions := positions || (
        SELECT CASE WHEN bool_and(found.position IS NOT NULL) THEN max(found.position) END
        FROM (
          SELECT (
            SELECT log.position FROM events.log
            WHERE log.stream = event_streams[lo] AND log.revision = event.revision AND log.id = event.id
          ) AS position
          FROM unnest(event_revisions[lo:hi], event_ids[lo:hi]) AS event (revision, id)
        ) AS found);
    END IF;
    lo := hi + 1;
  END LOOP;
END
$$;
