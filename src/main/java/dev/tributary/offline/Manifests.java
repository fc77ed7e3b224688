package dev.tributary.offline;

import dev.tributary.api.SourceDatabase;
import io.fabric8.kubernetes.api.model.Secret;
import java.io.InputStream;
import java.util.List;
import java.util.Map;

/** What manifests say, as far as sources are concerned. */
public record Manifests(List<SourceDatabase> sources, Map<SecretName, Secret> secrets) {
  public Manifests {
    sources = List.copyOf(sources);
    secrets = Map.copyOf(secrets);
  }

  /**
   * Reads files, directories and, for {@code -}, standard input.
   *
   * @param recursive whether directories in directories are read
   * @param namespace of what names none
   */
  public static Manifests read(
      List<String> names, boolean recursive, InputStream standardInput, String namespace)
      throws UnusableInput {
    var reader = new ManifestReader(namespace);
    for (var input : InputFiles.read(names, recursive, standardInput)) {
      for (var document : Documents.parse(input)) {
        reader.add(document);
      }
    }
    return reader.manifests();
  }

  @Override
  public String toString() {
    return "Manifests" + secrets.keySet();
  }
}
