CREATE TABLE ddl_history (id bigserial PRIMARY KEY, tag text NOT NULL, object text);
CREATE FUNCTION note_ddl() RETURNS event_trigger
  LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  INSERT INTO public.ddl_history (tag, object)
    SELECT command_tag, object_identity FROM pg_event_trigger_ddl_commands();
END $$;
