package dev.tributary.offline;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The texts that {@code -f} names. */
final class InputFiles {
  private static final String STANDARD_INPUT = "-";
  private static final Set<String> ENDINGS = Set.of("yaml", "yml", "json");

  private InputFiles() {}

  /** A text, and what it is called in sentences. */
  record Input(String name, String text) {}

  static List<Input> read(List<String> names, boolean recursive, InputStream standardInput)
      throws UnusableInput {
    Map<String, Input> inputs = new LinkedHashMap<>();
    for (String name : names) {
      if (name.equals(STANDARD_INPUT)) {
        if (!inputs.containsKey(name)) {
          inputs.put(name, standardInput(standardInput));
        }
        continue;
      }
      for (Path file : files(path(name), recursive)) {
        // A file that is named, and in a directory that is named too, is there once.
        String id = file.toAbsolutePath().normalize().toString();
        if (!inputs.containsKey(id)) {
          inputs.put(id, new Input(file.toString(), text(file)));
        }
      }
    }
    return List.copyOf(inputs.values());
  }

  /** The text of one file. */
  static String text(Path file) throws UnusableInput {
    try {
      return decode(Files.readAllBytes(file));
    } catch (IOException e) {
      throw unreadable(file.toString(), e);
    }
  }

  static Path path(String name) throws UnusableInput {
    try {
      return Path.of(name);
    } catch (InvalidPathException e) {
      throw new UnusableInput("That is no name of a file: " + e.getReason() + ".");
    }
  }

  private static Input standardInput(InputStream in) throws UnusableInput {
    String name = "standard input";
    try {
      return new Input(name, decode(in.readAllBytes()));
    } catch (IOException e) {
      throw unreadable(name, e);
    }
  }

  private static String decode(byte[] bytes) throws CharacterCodingException {
    String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    return text.startsWith("\uFEFF") ? text.substring(1) : text;
  }

  private static List<Path> files(Path path, boolean recursive) throws UnusableInput {
    if (!Files.isDirectory(path)) {
      return List.of(path);
    }
    var files = new ArrayList<Path>();
    try (var found = Files.walk(path, recursive ? Integer.MAX_VALUE : 1)) {
      found
          .filter(f -> ENDINGS.contains(ending(f)) && !Files.isDirectory(f))
          .sorted()
          .forEach(files::add);
    } catch (UncheckedIOException e) {
      throw unreadable(path.toString(), e.getCause());
    } catch (IOException e) {
      throw unreadable(path.toString(), e);
    }
    return files;
  }

  private static String ending(Path file) {
    String name = String.valueOf(file.getFileName());
    return name.substring(name.lastIndexOf('.') + 1);
  }

  private static UnusableInput unreadable(String name, IOException e) {
    if (e instanceof NoSuchFileException) {
      return new UnusableInput("There is no file " + name + ".");
    }
    if (e instanceof AccessDeniedException) {
      return new UnusableInput("The file " + name + " may not be read.");
    }
    if (e instanceof CharacterCodingException) {
      return new UnusableInput("The file " + name + " is not text in UTF-8.");
    }
    return new UnusableInput("The file " + name + " cannot be read: " + e.getMessage() + ".");
  }
}
