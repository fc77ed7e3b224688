package dev.tributary.postgres;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import dev.tributary.postgres.AppSession.Naming;
import dev.tributary.postgres.AppSession.Outcome;
import dev.tributary.postgres.Findings.Place;
import dev.tributary.postgres.Findings.Verdict;
import dev.tributary.postgres.MovedDatabase.Compatibility;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The part of {@code docs/compatibility.md} that stands between two marks, and is measured. */
record CompatibilityPage(Findings findings) {
  static final Path FILE = Path.of("docs/compatibility.md");
  private static final String BEGIN = "<!-- measured -->\n";
  private static final String END = "<!-- end of what was measured -->\n";

  static final List<Place> COLUMNS =
      Arrays.stream(Compatibility.values())
          .flatMap(
              c ->
                  Stream.of(
                      new Place(c, Naming.UNQUALIFIED, true),
                      new Place(c, Naming.UNQUALIFIED, false),
                      new Place(c, Naming.OLD_SCHEMA, false)))
          .toList();

  static String committed() throws IOException {
    String page = Files.readString(FILE);
    return page.substring(page.indexOf(BEGIN) + BEGIN.length(), page.indexOf(END));
  }

  void write() throws IOException {
    String page = Files.readString(FILE);
    Files.writeString(
        FILE,
        page.substring(0, page.indexOf(BEGIN) + BEGIN.length())
            + measured()
            + page.substring(page.indexOf(END)));
  }

  String measured() {
    var lines = new StringBuilder("\n").append(head()).append("|---".repeat(12)).append("|\n");
    for (var section : Usages.SECTIONS) {
      lines.append("| **%s** %s|\n".formatted(section.title(), "| ".repeat(11)));
      section.usages().forEach(usage -> lines.append(row(usage)));
    }
    lines.append("\n").append(others()).append("\n### The ways round\n\n");
    for (Way way : Way.values()) {
      lines.append("- **%s** %s\n".formatted(way.letter(), way.sentence()));
    }
    return lines.append("\n").toString();
  }

  private static String head() {
    var head = new StringBuilder("| ");
    for (Place place : COLUMNS) {
      String compatibility =
          switch (place.compatibility()) {
            case BOTH -> "both";
            case VIEWS -> "views only";
            case SEARCH_PATH -> "search_path only";
          };
      String session =
          place.naming() == Naming.OLD_SCHEMA
              ? "`public.`"
              : place.openedBefore() ? "before" : "after";
      head.append("| %s:<br>%s ".formatted(compatibility, session));
    }
    return head.append("| what happens | way round |\n").toString();
  }

  private String row(Usage usage) {
    var row = new StringBuilder("| ").append(usage.title());
    COLUMNS.forEach(place -> row.append(" | ").append(cell(usage, place)));
    boolean failsSomewhere = !happens(usage).isEmpty();
    String ways =
        failsSomewhere
            ? usage.ways().stream().map(w -> String.valueOf(w.letter())).collect(joining(" "))
            : "";
    return row.append(" | %s | %s |\n".formatted(happens(usage), ways)).toString();
  }

  private String cell(Usage usage, Place place) {
    if (usage.isQuestion()) {
      return findings.of(usage, place).values().stream()
          .map(outcome -> "`" + outcome.text() + "`")
          .distinct()
          .collect(joining("<br>"));
    }
    Map<Verdict, List<Integer>> majors =
        findings.verdicts(usage, place).entrySet().stream()
            .collect(
                groupingBy(
                    Map.Entry::getValue, TreeMap::new, mapping(Map.Entry::getKey, toList())));
    return majors.size() == 1
        ? majors.keySet().iterator().next().sign()
        : majors.entrySet().stream()
            .map(e -> "%s %s".formatted(e.getKey().sign(), numbers(e.getValue())))
            .collect(joining("<br>"));
  }

  private static String numbers(List<Integer> majors) {
    return majors.stream().map(String::valueOf).collect(joining(" "));
  }

  /** What the server says, and what happens where it says nothing. */
  private String happens(Usage usage) {
    var sentences = new LinkedHashSet<String>();
    for (Place place : COLUMNS) {
      for (Outcome outcome : findings.of(usage, place).values()) {
        switch (Findings.verdict(usage, place, outcome)) {
          case WORKS, ABSENT -> {}
          case REFUSED -> sentences.add(said(outcome));
          case SOMETHING_ELSE ->
              sentences.add(outcome.sqlState().isEmpty() ? usage.instead() : said(outcome));
        }
      }
    }
    return String.join("<br>", sentences);
  }

  private static String said(Outcome outcome) {
    String message = outcome.text().replaceAll("\\b(public|accounts|plain|written|moved)\\.", "");
    return "`%s` %s".formatted(outcome.sqlState(), message);
  }

  private String others() {
    return """
    `public.` in a session opened *before* the move is as in one opened after it, but for

    %s
    `accounts.` written out works in every session, whatever was left behind, but for

    %s"""
        .formatted(
            list(usage -> Arrays.stream(Compatibility.values()).anyMatch(c -> differs(usage, c))),
            list(usage -> newSchemaPlaces().anyMatch(place -> !findings.works(usage, place))));
  }

  private boolean differs(Usage usage, Compatibility c) {
    return !findings
        .verdicts(usage, new Place(c, Naming.OLD_SCHEMA, true))
        .equals(findings.verdicts(usage, new Place(c, Naming.OLD_SCHEMA, false)));
  }

  static Stream<Place> newSchemaPlaces() {
    return Arrays.stream(Compatibility.values())
        .flatMap(
            c ->
                Stream.of(
                    new Place(c, Naming.NEW_SCHEMA, true), new Place(c, Naming.NEW_SCHEMA, false)));
  }

  private static String list(Predicate<Usage> which) {
    return Usages.all().stream()
        .filter(which)
        .map(usage -> "- %s\n".formatted(usage.title()))
        .collect(joining());
  }
}
