package dev.tributary.demo;

import java.util.List;

/** The service that knows customers, and what account managers noted about them. */
final class Accounts {
  static final int PORT = 25415;

  private static final List<String> TABLES =
      List.of(
          """
          CREATE TABLE public.users (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            email text NOT NULL UNIQUE,
            name text NOT NULL,
            country text NOT NULL,
            plan text NOT NULL DEFAULT 'free' CHECK (plan IN ('free', 'team', 'enterprise')),
            created_at timestamptz NOT NULL DEFAULT now())
          """,
          """
          CREATE TABLE public.notes (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            user_id bigint NOT NULL REFERENCES public.users,
            body text NOT NULL,
            written_at timestamptz NOT NULL DEFAULT now())
          """,
          """
          INSERT INTO public.users (email, name, country, plan, created_at)
          SELECT email, name,
            (ARRAY['BR','DE','FR','GH','IN','IT','JP','NO','PL','TR','US','VN'])[1 + i % 12],
            (ARRAY['free','free','free','team','free','team','enterprise'])[1 + i % 7],
            now() - i * interval '5 hours'
          FROM :people
          WHERE i <= 2400
          """,
          """
          INSERT INTO public.notes (user_id, body, written_at)
          SELECT 1 + i % 2400,
            (ARRAY['Asked for','Was shown','Compared us on','Cancelled','Renewed after',
                   'Signed for'])[1 + i % 6] || ' ' ||
            (ARRAY['the yearly contract','single sign-on','the new dashboard','the audit log',
                   'an on-site visit'])[1 + i % 5] || '; ' ||
            (ARRAY['call again in spring','budget is decided in May','wants a second seat',
                   'very happy','price is the question','waits for their legal team',
                   'talk to their CTO'])[1 + i % 7] || '.',
            now() - i * interval '2 hours'
          FROM generate_series(1, 4800) AS i
          """);

  private static final List<String> WRITES =
      List.of(
          "INSERT INTO public.users (email, name, country) SELECT email, name, 'PT' FROM :newcomer",
          """
          INSERT INTO public.notes (user_id, body)
          SELECT id, 'Came from the trial.' FROM public.users JOIN :newcomer USING (email)
          """,
          "UPDATE public.users SET plan = 'team' FROM :newcomer WHERE users.email = newcomer.email",
          """
          UPDATE public.notes SET body = body || ' Took the team plan.'
          WHERE user_id = (SELECT id FROM public.users JOIN :newcomer USING (email))
          """,
          "DELETE FROM public.notes WHERE id = (SELECT min(id) FROM public.notes WHERE id > ?)");

  private Accounts() {}

  static Service start() {
    return Service.start("accounts", 15, PORT, TABLES, WRITES);
  }
}
