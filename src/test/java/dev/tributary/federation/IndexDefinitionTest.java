package dev.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The names in a definition that are elsewhere on the target, and nothing else of it. */
class IndexDefinitionTest {
  private static final List<Index.Need> NEEDS =
      List.of(
          need("public", "t"), need("public", "T \"2\""), need("S.x", "f"), need("public", "%>>"));

  private static Index.Need need(String schema, String name) {
    return new Index.Need("thing", schema, name, Optional.empty());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          USING btree (a public.t DESC)              | USING btree (a "new".t DESC)
          USING btree (a public.t2, b publics.t)     | USING btree (a public.t2, b publics.t)
          USING btree ((a)::public.t[])              | USING btree ((a)::"new".t[])
          USING btree ((a)::public."T ""2\"""[])      | USING btree ((a)::"new"."T ""2\"""[])
          USING btree ("S.x".f("public.t"))          | USING btree ("new".f("public.t"))
          WHERE (a OPERATOR(public.%>>) 'x'::text)   | WHERE (a OPERATOR("new".%>>) 'x'::text)
          WHERE (a = 'it''s public.t'::public.t)     | WHERE (a = 'it''s public.t'::"new".t)
          WHERE (a = E'\\'public.t\\\\'::public.t)     | WHERE (a = E'\\'public.t\\\\'::"new".t)
          WHERE (a > 1.5 AND "public" = ''::text)    | WHERE (a > 1.5 AND "public" = ''::text)
          WHERE ((r).t = B'101'::"bit")              | WHERE ((r).t = B'101'::"bit")
          """)
  void namesOfTheTarget(String source, String target) {
    assertThat(IndexDefinition.in(source, NEEDS, need -> "new")).isEqualTo(target);
  }
}
