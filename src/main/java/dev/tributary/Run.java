package dev.tributary;

import dev.tributary.controller.ParadeDBTargetReconciler;
import dev.tributary.controller.ReplicationFederationReconciler;
import dev.tributary.controller.SourceDatabaseReconciler;
import dev.tributary.controller.Workshop;
import dev.tributary.ops.HealthServer;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.reconciler.Constants;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.processing.retry.GenericRetry;
import java.io.IOException;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Runs the operator until it is stopped. */
@Command(
    name = "run",
    description = {
      "Runs the operator until it is stopped.",
      "The cluster is found as kubectl finds it: the service account in a pod, else KUBECONFIG or"
          + " ~/.kube/config."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class Run implements Callable<Integer> {
  private static final Logger log = LoggerFactory.getLogger(Run.class);
  private static final Duration LONGEST_RETRY = Duration.ofSeconds(30);

  @ArgGroup(exclusive = true)
  private Scope scope;

  static final class Scope {
    @Option(
        names = {"-n", "--namespace"},
        split = ",",
        paramLabel = "NAME",
        description =
            "Namespaces to watch, separated by commas or given several times; without it the one of the"
                + " kubeconfig or the pod. (TRIBUTARY_NAMESPACE)")
    private List<String> namespaces = List.of();

    @Option(
        names = {"-A", "--all-namespaces"},
        description = "Watch every namespace. (TRIBUTARY_ALL_NAMESPACES=true)")
    private boolean all;

    /** What the environment says; the command line goes before it as a whole. */
    static Scope of(Map<String, String> environment) {
      var scope = new Scope();
      scope.namespaces =
          Stream.of(environment.getOrDefault("TRIBUTARY_NAMESPACE", "").split(","))
              .map(String::strip)
              .filter(name -> !name.isEmpty())
              .toList();
      scope.all =
          scope.namespaces.isEmpty()
              && Boolean.parseBoolean(environment.get("TRIBUTARY_ALL_NAMESPACES"));
      return scope;
    }

    Set<String> watched() {
      if (all) {
        return Set.of(Constants.WATCH_ALL_NAMESPACES);
      }
      return namespaces.isEmpty()
          ? Set.of(Constants.WATCH_CURRENT_NAMESPACE)
          : Set.copyOf(namespaces);
    }

    @Override
    public String toString() {
      if (all) {
        return "all namespaces";
      }
      return namespaces.isEmpty()
          ? "the current namespace"
          : "namespaces " + String.join(", ", namespaces);
    }
  }

  @Option(
      names = "--poll-interval",
      paramLabel = "DURATION",
      converter = KubernetesDuration.class,
      defaultValue = "${env:TRIBUTARY_POLL_INTERVAL:-5s}",
      description =
          "How often the databases are looked at while nothing happens, e.g. 5s or 500ms; default 5s."
              + " (TRIBUTARY_POLL_INTERVAL)")
  private Duration poll;

  @Option(
      names = "--deletion-timeout",
      paramLabel = "DURATION",
      converter = KubernetesDuration.class,
      defaultValue = "${env:TRIBUTARY_DELETION_TIMEOUT:-10m}",
      description =
          "How long deleting a resource tries to reach a database before it lets the resource go;"
              + " default 10m. (TRIBUTARY_DELETION_TIMEOUT)")
  private Duration deletionTimeout;

  @Option(
      names = "--health-port",
      paramLabel = "PORT",
      defaultValue = "${env:TRIBUTARY_HEALTH_PORT:-8080}",
      description =
          "Port of /healthz and /readyz, 0 for any free one; default 8080. (TRIBUTARY_HEALTH_PORT)")
  private int healthPort;

  @Override
  public Integer call() throws IOException, InterruptedException {
    scope = scope == null ? Scope.of(System.getenv()) : scope;
    try (var client = new KubernetesClientBuilder().build()) {
      var operator = new Operator(o -> o.withKubernetesClient(client).withCloseClientOnStop(false));
      var workshop = Workshop.of(client, poll, deletionTimeout, Clock.systemUTC());
      register(operator, new SourceDatabaseReconciler(workshop));
      register(operator, new ParadeDBTargetReconciler(workshop));
      register(operator, new ReplicationFederationReconciler(workshop));
      var runtime = operator.getRuntimeInfo();
      try (var health =
          HealthServer.start(
              healthPort,
              () -> !runtime.isStarted() || runtime.allEventSourcesAreHealthy(),
              runtime::isStarted)) {
        operator.start();
        var stopped = new CountDownLatch(1);
        Runtime.getRuntime()
            .addShutdownHook(
                new Thread(
                    () -> {
                      operator.stop();
                      stopped.countDown();
                    },
                    "stop"));
        log.info("watching {}, polling every {}, health on port {}", scope, poll, health.port());
        stopped.await();
      }
    }
    return 0;
  }

  private <R extends HasMetadata> void register(Operator operator, Reconciler<R> reconciler) {
    operator.register(
        reconciler,
        o -> {
          // What nobody expected is tried again without limit; the SDK gives up after five
          // attempts.
          o.withRetry(
              new GenericRetry()
                  .withoutMaxAttempts()
                  .setInitialInterval(1_000)
                  .setMaxInterval(LONGEST_RETRY.toMillis()));
          o.settingNamespaces(scope.watched());
        });
  }

  /** Durations as Kubernetes writes them. */
  static final class KubernetesDuration implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
      try {
        return io.fabric8.kubernetes.api.model.Duration.parse(text).getDuration();
      } catch (ParseException | IllegalArgumentException e) {
        throw new TypeConversionException("'" + text + "' is no duration: write 5s or 500ms");
      }
    }
  }
}
