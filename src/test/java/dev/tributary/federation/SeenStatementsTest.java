package dev.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.federation.Surroundings.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What pg_stat_statements keeps is read with care: somebody relies on what it names. */
class SeenStatementsTest {
  private static final Relation USERS = new Relation("public", "users");

  private static boolean names(Relation relation, String statement) {
    return SeenStatements.naming(relation, List.of(new Statement(statement, 1))).isPresent();
  }

  private static List<String> refused(Relation relation, String... statements) {
    return refused(relation, 160000, statements);
  }

  private static List<String> refused(Relation relation, int version, String... statements) {
    return SeenStatements.refusedByViews(
        relation, List.of(statements).stream().map(s -> new Statement(s, 1)).toList(), version);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT * FROM public.users",
        "select * from public.users where id = $1",
        "SELECT * FROM PUBLIC.USERS",
        "SELECT * FROM \"public\".\"users\"",
        "SELECT * FROM public.\"users\" u",
        "SELECT * FROM public . users",
        "SELECT * FROM public\n  .\n  users",
        "SELECT public.users.id FROM users",
        "SELECT * FROM(public.users)",
        "INSERT INTO public.users(id) VALUES ($1)",
        "UPDATE public.users SET name = $1",
        "DELETE FROM public.users",
        "MERGE INTO notes USING public.users ON true WHEN MATCHED THEN DELETE",
        "WITH u AS (SELECT * FROM public.users) SELECT * FROM u",
        "TABLE public.users",
        "COPY public.users TO STDOUT",
        "TRUNCATE public.users",
        "LOCK TABLE public.users",
        "DECLARE c CURSOR FOR SELECT * FROM public.users",
        "PREPARE p AS SELECT * FROM public.users",
        "  \n SELECT 1 FROM public.users",
        "/* app:web */ SELECT 1 FROM public.users",
        "-- by the report\nSELECT 1 FROM public.users",
        "/* a */ -- b\n /* c\nd */ SELECT 1 FROM public.users",
        "SELECT a.id FROM audit.users a, public.users b",
      })
  void whatAnApplicationDoesWithARelationIsSeen(String statement) {
    assertThat(names(USERS, statement)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT * FROM users",
        "SELECT * FROM svc.users",
        "SELECT * FROM public.users_old",
        "SELECT * FROM public.users2",
        "SELECT * FROM public.users$1",
        "SELECT * FROM public.old_users",
        "SELECT * FROM notpublic.users",
        "SELECT * FROM my_public.users",
        "SELECT * FROM \"notpublic\".users",
        "SELECT * FROM \"PUBLIC\".users",
        "SELECT * FROM public.\"Users\"",
        "SELECT * FROM public.\"users \"",
        "SELECT * FROM publicXusers",
        "SELECT publicusers",
        "SELECT 1",
        "",
      })
  void aNameThatIsOnlyPartOfAnotherIsNotTheName(String statement) {
    assertThat(names(USERS, statement)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE VIEW public.users AS SELECT id FROM svc.users",
        "CREATE OR REPLACE VIEW public.users AS SELECT id FROM svc.users",
        "ALTER VIEW public.users OWNER TO app",
        "GRANT SELECT ON public.users TO report",
        "REVOKE SELECT ON public.users FROM report",
        "COMMENT ON VIEW public.users IS $1",
        "DROP VIEW public.users",
        "ALTER TABLE public.users SET SCHEMA svc",
        "/* migration */ ALTER TABLE public.users ADD COLUMN x int",
        "CREATE INDEX ON public.users (name)",
        "CREATE TABLE notes (user_id bigint REFERENCES public.users)",
      })
  void whatAMigrationOrWeDoOnceIsNoUse(String statement) {
    assertThat(names(USERS, statement)).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "Order Items | SELECT * FROM public.\"Order Items\" | true",
        "Order Items | SELECT * FROM public.Order Items | false",
        "Users | SELECT * FROM public.\"Users\" | true",
        "Users | SELECT * FROM public.Users | false",
        "say \"hi\" | SELECT * FROM public.\"say \"\"hi\"\"\" | true",
        "say \"hi\" | SELECT * FROM public.\"say \"hi\"\" | false",
        "a.c | SELECT * FROM public.\"a.c\" | true",
        "a.c | SELECT * FROM public.abc | false",
        "a+ | SELECT * FROM public.\"a+\" | true",
        "a+ | SELECT * FROM public.aa | false",
        "\\E.* | SELECT * FROM public.\"\\E.*\" | true",
        "\\E.* | SELECT * FROM public.anything | false",
        "größe | SELECT * FROM public.größe | true",
        "größe | SELECT * FROM public.größen | false",
        "1st | SELECT * FROM public.\"1st\" | true",
        "a$b | SELECT * FROM public.a$b | true",
        "表 | SELECT * FROM public.\"表\" | true",
      })
  void aNameIsReadAsPostgresReadsIt(String name, String statement, boolean seen) {
    assertThat(names(new Relation("public", name), statement)).isEqualTo(seen);
  }

  @Test
  void theFirstThatNamesItIsSaid() {
    var most = new Statement("SELECT 1 FROM public.users", 90);

    assertThat(
            SeenStatements.naming(
                USERS,
                List.of(
                    new Statement("SELECT 1 FROM public.notes", 99),
                    most,
                    new Statement("SELECT 2 FROM public.users", 80))))
        .contains(most);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "TRUNCATE public.users | TRUNCATE",
        "truncate table only users restart identity | TRUNCATE",
        "TRUNCATE notes, public.users, events | TRUNCATE",
        "COPY users FROM STDIN | COPY",
        "copy \"public\".\"users\" (id, name) TO STDOUT | COPY",
        "/* load */ COPY public.users FROM STDIN | COPY",
        "CREATE INDEX ON users (name) | CREATE INDEX",
        "CREATE UNIQUE INDEX CONCURRENTLY by_name ON ONLY public.users (name) | CREATE INDEX",
        "ALTER TABLE users ADD COLUMN bio text | ALTER TABLE",
        "ALTER TABLE IF EXISTS ONLY public.users DROP COLUMN bio | ALTER TABLE",
        "INSERT INTO users VALUES ($1) ON CONFLICT ON CONSTRAINT users_pkey DO NOTHING | ON CONFLICT ON CONSTRAINT",
      })
  void whatNoViewAllowsIsSaidByName(String statement, String what) {
    assertThat(refused(USERS, statement)).containsExactly(what);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT * FROM users",
        "INSERT INTO users VALUES ($1) ON CONFLICT (id) DO NOTHING",
        "COPY (SELECT * FROM users) TO STDOUT",
        "COPY users_old FROM STDIN",
        "COPY audit.users FROM STDIN",
        "TRUNCATE old_users",
        "ALTER TABLE users_old ADD COLUMN bio text",
        "ALTER TABLE notes ADD COLUMN users int",
        "ALTER TABLE users_old ADD FOREIGN KEY (users) REFERENCES notes (users)",
        "SELECT ctid FROM notes",
        "SELECT xmin FROM audit.users",
        "CREATE INDEX users ON notes (id)",
        "INSERT INTO notes SELECT * FROM users ON CONFLICT ON CONSTRAINT notes_pkey DO NOTHING",
      })
  void whatAViewAllowsOrConcernsAnotherTableIsNotSaid(String statement) {
    assertThat(refused(USERS, statement)).isEmpty();
  }

  @Test
  void eachKindIsSaidOnce() {
    assertThat(
            refused(
                USERS,
                "ALTER TABLE users ADD COLUMN a int",
                "TRUNCATE users",
                "ALTER TABLE users ADD COLUMN b int"))
        .containsExactly("TRUNCATE", "ALTER TABLE");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(SELECT 1 FROM public.users) UNION (SELECT 2)",
        "EXPLAIN SELECT * FROM public.users",
        "CREATE TABLE copy AS SELECT * FROM public.users",
        "create temporary table copy as (select * from public.users)",
        "/* a /* nested */ comment */ SELECT 1 FROM public.users",
      })
  void howeverAUseBeginsItIsAUse(String statement) {
    assertThat(names(USERS, statement)).isTrue();
  }

  @Test
  void aNameMayHaveLettersOfAnyAlphabet() {
    assertThat(names(USERS, "SELECT * FROM public.usersß")).isFalse();
    assertThat(names(USERS, "SELECT * FROM épublic.users")).isFalse();
  }

  @Test
  void fromPostgres17OnAViewAllowsMerge() {
    String merge = "MERGE INTO public.users USING notes ON true WHEN MATCHED THEN DELETE";

    assertThat(refused(USERS, 160009, merge)).containsExactly("MERGE");
    assertThat(refused(USERS, 170000, merge)).isEmpty();
  }

  @Test
  void aTableOfAnotherSchemaIsAnother() {
    assertThat(refused(USERS, "TRUNCATE audit.users")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "MERGE INTO users USING notes ON true WHEN MATCHED THEN DELETE",
        "ALTER TABLE notes ADD FOREIGN KEY (user_id) REFERENCES users (id)",
        "CREATE TABLE notes (user_id bigint REFERENCES public.users)",
        "SELECT ctid FROM public.users",
        "UPDATE users SET name = $1 WHERE id = $2 AND xmin = $3",
      })
  void everythingThatTheFactsSayBreaksIsSaid(String statement) {
    assertThat(refused(USERS, statement)).isNotEmpty();
  }
}
