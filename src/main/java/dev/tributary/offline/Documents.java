package dev.tributary.offline;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.reader.ReaderException;
import org.yaml.snakeyaml.representer.Representer;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * The documents of a text in YAML or JSON. No sentence about a mistake repeats a value, which may
 * be a password.
 */
final class Documents {
  private static final int MOST_CHARACTERS = 16 << 20;
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private Documents() {}

  static List<Document> parse(InputFiles.Input input) throws UnusableInput {
    return input.name().endsWith(".json") ? json(input) : yaml(input);
  }

  private static List<Document> json(InputFiles.Input input) throws UnusableInput {
    var documents = new ArrayList<Document>();
    try (var values = JSON.readerFor(JsonNode.class).<JsonNode>readValues(input.text())) {
      while (values.hasNextValue()) {
        documents.add(
            new Document(
                input.name(),
                documents.size() + 1,
                values.nextValue(),
                path -> OptionalInt.empty()));
      }
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      throw wrong(
          input,
          documents.size() + 1,
          at == null ? OptionalInt.empty() : OptionalInt.of(at.getLineNr()),
          "is no JSON, or has a field twice");
    } catch (IOException e) {
      throw new UnusableInput(input.name() + " cannot be read as JSON.");
    }
    return documents;
  }

  private static List<Document> yaml(InputFiles.Input input) throws UnusableInput {
    var documents = new ArrayList<Document>();
    try {
      for (Object loaded : parser().loadAll(input.text())) {
        int number = documents.size() + 1;
        documents.add(
            new Document(
                input.name(),
                number,
                new JsonTree(JSON.getNodeFactory()).of(loaded),
                path -> line(input.text(), number, path)));
      }
    } catch (MarkedYAMLException e) {
      Mark mark = e.getProblemMark();
      throw wrong(
          input,
          documents.size() + 1,
          mark == null ? OptionalInt.empty() : OptionalInt.of(mark.getLine() + 1),
          "is wrong YAML: " + problem(e));
    } catch (ReaderException e) {
      throw wrong(
          input, documents.size() + 1, OptionalInt.empty(), "has characters that YAML forbids");
    } catch (YAMLException e) {
      // Limits: of aliases, of depth, of length.
      throw wrong(
          input,
          documents.size() + 1,
          OptionalInt.empty(),
          "is not read: " + e.getMessage().replace('\n', ' '));
    } catch (JsonTree.NotJson e) {
      throw wrong(input, documents.size() + 1, OptionalInt.empty(), e.getMessage());
    }
    return documents;
  }

  private static String problem(MarkedYAMLException e) {
    String problem = e.getProblem() == null ? "" : e.getProblem();
    if (problem.startsWith("found undefined alias")) {
      return "an alias of nothing; a text that begins with * has to stand in quotes";
    }
    if (problem.contains(" tag ") || problem.contains("tag handle")) {
      return "a tag that is not YAML's own; a text that begins with ! has to stand in quotes";
    }
    return problem;
  }

  private static UnusableInput wrong(
      InputFiles.Input input, int document, OptionalInt line, String what) {
    return new UnusableInput(Document.place(input.name(), document, line) + ": this " + what + ".");
  }

  private static Yaml parser() {
    var options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    options.setCodePointLimit(MOST_CHARACTERS);
    var unused = new DumperOptions();
    return new Yaml(
        new SafeConstructor(options), new Representer(unused), unused, options, new Words());
  }

  /** YAML 1.1 as kubectl reads it, to which a date is a text. */
  private static final class Words extends Resolver {
    @Override
    protected void addImplicitResolvers() {
      addImplicitResolver(Tag.BOOL, BOOL, "yYnNtTfFoO");
      addImplicitResolver(Tag.INT, INT, "-+0123456789");
      addImplicitResolver(Tag.FLOAT, FLOAT, "-+0123456789.");
      addImplicitResolver(Tag.MERGE, MERGE, "<");
      addImplicitResolver(Tag.NULL, NULL, "~nN\0");
      addImplicitResolver(Tag.NULL, EMPTY, null);
    }
  }

  private static OptionalInt line(String text, int document, List<String> path) {
    int number = 0;
    for (Node root : parser().composeAll(new StringReader(text))) {
      number++;
      if (number == document) {
        return OptionalInt.of(line(root, path));
      }
    }
    return OptionalInt.empty();
  }

  private static int line(Node root, List<String> path) {
    Node node = root;
    Mark mark = root.getStartMark();
    for (String name : path) {
      if (node instanceof MappingNode mapping) {
        NodeTuple field = field(mapping, name);
        if (field == null) {
          break;
        }
        mark = field.getKeyNode().getStartMark();
        node = field.getValueNode();
      } else if (node instanceof SequenceNode sequence) {
        node = sequence.getValue().get(Integer.parseInt(name));
        mark = node.getStartMark();
      }
    }
    return mark.getLine() + 1;
  }

  private static NodeTuple field(MappingNode mapping, String name) {
    return mapping.getValue().stream()
        .filter(t -> t.getKeyNode() instanceof ScalarNode key && key.getValue().equals(name))
        .findFirst()
        .orElse(null);
  }
}
