package dev.tributary.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tributary.fixtures.KubeApi;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** kubectl as somebody: whoever the kubeconfig says. */
public record Kubectl(Path binary, Path kubeconfig) {

  public static Kubectl asAdmin(KubeApi api) {
    return new Kubectl(api.kubectl(), api.kubeconfig());
  }

  public static Kubectl withToken(KubeApi api, String token) {
    return new Kubectl(api.kubectl(), api.kubeconfig(token));
  }

  /** What it prints, errors and warnings included, whatever its exit status. */
  public String run(String... arguments) {
    List<String> command =
        Stream.concat(
                Stream.of(
                    binary.toString(),
                    "--kubeconfig=" + kubeconfig,
                    "--cache-dir=" + kubeconfig.resolveSibling("kubectl-cache")),
                Stream.of(arguments))
            .toList();
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      return new String(process.getInputStream().readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The lines of what it prints, with one space between words, every age nought. */
  public List<String> lines(String... arguments) {
    return run(arguments)
        .lines()
        .map(line -> line.strip().replaceAll(" +", " ").replaceAll(" \\d+[ms]\\d*s?$", " 0s"))
        .toList();
  }
}
