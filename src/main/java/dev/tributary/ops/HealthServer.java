package dev.tributary.ops;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;

/** Answers the kubelet's probes: {@code /healthz} and {@code /readyz}. */
public final class HealthServer implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService executor;

  private HealthServer(HttpServer server, ExecutorService executor) {
    this.server = server;
    this.executor = executor;
  }

  /** Starts to answer; port 0 takes any free one. */
  public static HealthServer start(int port, BooleanSupplier healthy, BooleanSupplier ready)
      throws IOException {
    var server = HttpServer.create(new InetSocketAddress(port), 0);
    var executor =
        Executors.newSingleThreadExecutor(
            task -> {
              var thread = new Thread(task, "health");
              thread.setDaemon(true);
              return thread;
            });
    answer(server, "/healthz", healthy);
    answer(server, "/readyz", ready);
    server.setExecutor(executor);
    server.start();
    return new HealthServer(server, executor);
  }

  private static void answer(HttpServer server, String path, BooleanSupplier good) {
    server.createContext(
        path,
        exchange -> {
          boolean yes = good.getAsBoolean();
          byte[] body = (yes ? "ok\n" : "not ok\n").getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(yes ? 200 : 503, body.length);
          try (var out = exchange.getResponseBody()) {
            out.write(body);
          }
        });
  }

  /** The port it listens on. */
  public int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    executor.shutdownNow();
  }
}
