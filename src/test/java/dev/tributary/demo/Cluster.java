package dev.tributary.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tributary.api.ReplicationFederation;
import dev.tributary.fixtures.KubeApi;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where the resources live: a kube-apiserver, and kubectl does what a user does; or the mock, and a
 * client does it.
 */
final class Cluster implements AutoCloseable {
  private static final Path QUICKSTART = Path.of("examples", "quickstart");

  private static final String REAL_ONE =
      "(kubectl needs the real one: .ci/apiserver/build makes it, with Go, in about five minutes)";

  private final KubeApi api;
  private final Path kubeconfig;
  private final Screen screen;

  private Cluster(KubeApi api, Path kubeconfig, Screen screen) {
    this.api = api;
    this.kubeconfig = kubeconfig;
    this.screen = screen;
  }

  static Cluster start(Path directory, Screen screen) {
    KubeApi api = KubeApi.real().orElseGet(KubeApi::mock);
    try {
      Path kubeconfig =
          Files.copy(
              api.kubeconfig(),
              directory.resolve("kubeconfig"),
              StandardCopyOption.REPLACE_EXISTING);
      return new Cluster(api, kubeconfig, screen);
    } catch (IOException e) {
      api.close();
      throw new UncheckedIOException(e);
    }
  }

  /** What it is, as a headline. */
  String describe() {
    return api.isReal()
        ? "kube-apiserver %s, and what a user applies"
            .formatted(api.client().getKubernetesVersion().getGitVersion())
        : "A mock of the Kubernetes API, and what a user applies";
  }

  Path kubeconfig() {
    return kubeconfig;
  }

  void applyDefinitions() {
    if (api.isReal()) {
      kubectl("apply", "-k", "crds/");
      kubectl("wait", "--for=condition=Established", "crd", "--all");
    } else {
      screen.say(REAL_ONE);
      api.applyCrds();
      screen.say("applied crds/");
    }
  }

  /** The files as they are, in kubectl's order. */
  void applyQuickstart() {
    if (api.isReal()) {
      kubectl("apply", "-f", QUICKSTART + "/");
      return;
    }
    try (Stream<Path> files = Files.list(QUICKSTART)) {
      for (Path file : files.sorted().toList()) {
        api.apply(Files.readString(file));
        screen.say("applied " + file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  ReplicationFederation federation() {
    return api.client()
        .resources(ReplicationFederation.class)
        .inNamespace("default")
        .withName("everything")
        .get();
  }

  /** What kubectl says of them, where it is there. */
  void showResources() {
    if (api.isReal()) {
      screen.title("What kubectl says");
      kubectl("get", "fed,srcdb,paradedb");
    }
  }

  /** How kubectl looks at them. */
  List<String> commandLines() {
    if (!api.isReal()) {
      return List.of();
    }
    boolean onPath =
        Stream.of(System.getenv("PATH").split(File.pathSeparator))
            .anyMatch(directory -> Files.isExecutable(Path.of(directory, "kubectl")));
    return List.of(
        "%s --kubeconfig %s get fed -w".formatted(onPath ? "kubectl" : api.kubectl(), kubeconfig));
  }

  /** Runs kubectl, and shows the command and its answer. */
  private void kubectl(String... arguments) {
    screen.say("$ kubectl " + String.join(" ", arguments));
    List<String> command = new ArrayList<>(List.of(api.kubectl().toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("KUBECONFIG", kubeconfig.toAbsolutePath().toString());
    try {
      Process process = builder.start();
      screen.say(new String(process.getInputStream().readAllBytes(), UTF_8));
      int status = process.waitFor();
      if (status != 0) {
        throw new Failure("kubectl has ended with status " + status + ".");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure("kubectl was interrupted.", e);
    }
  }

  @Override
  public void close() {
    api.close();
  }
}
