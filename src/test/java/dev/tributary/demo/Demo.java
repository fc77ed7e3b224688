package dev.tributary.demo;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/**
 * {@code mvn -Pdemo}: the files of {@code examples/quickstart}, applied as they are, on this
 * machine, without a cluster, containers or root.
 *
 * <p>It stays until Ctrl-C. With {@code -Ddemo.exit} it ends by itself, with status 0 when every
 * row has arrived and no statement of a service has failed.
 */
public final class Demo {
  private static final Path DIRECTORY = Path.of("target", "demo");
  private static final Path OPERATOR_LOG = DIRECTORY.resolve("operator.log");
  private static final long LONGEST_MINUTES = 3;

  private final boolean exit = Boolean.getBoolean("demo.exit");
  private final Screen screen = new Screen(System.out, !exit && System.console() != null);

  private Demo() {}

  public static void main(String[] arguments) {
    System.exit(new Demo().run());
  }

  private void play() {
    screen.title("Two services with a PostgreSQL of their own, and one to search them both");
    var databases = Databases.start();
    screen.say(databases.describe());

    try (var cluster = Cluster.start(DIRECTORY, screen);
        var accounts = Writer.start(databases.accounts());
        var support = Writer.start(databases.support())) {
      var writers = List.of(accounts, support);
      screen.title(cluster.describe());
      cluster.applyDefinitions();
      try (var operator = OperatorChild.start(cluster.kubeconfig(), OPERATOR_LOG)) {
        cluster.applyQuickstart();

        screen.title("The operator works, and the services go on writing to the old names");
        var progress = new Progress(cluster, databases.search(), writers, operator, screen);
        progress.await(progress::isInSync, progress::why);

        screen.title("What neither service can answer alone");
        screen.say(Search.JOIN + "\n");
        screen.say(databases.search().ask(Search.JOIN).lines());

        cluster.showResources();
        if (exit) {
          screen.title("The services stop, and every row is compared");
          screen.say(new Comparison(databases.search(), writers).run(progress));
        } else {
          screen.title("Look for yourself, in another terminal; Ctrl-C here ends everything");
          screen.say(databases.commandLines());
          screen.say(cluster.commandLines());
          screen.say("tail -f " + OPERATOR_LOG);
          screen.title("How it goes on");
          progress.showForever();
        }
      }
    }
  }

  private int run() {
    // What libraries warn of is not the story.
    loggers().getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.ERROR);
    Runtime.getRuntime().addShutdownHook(new Thread(this::fallSilent, "silence"));
    if (exit) {
      limitTime();
    }
    try {
      Files.createDirectories(DIRECTORY);
      play();
      return 0;
    } catch (Failure e) {
      screen.title("The demo has failed");
      screen.say(e.getMessage());
    } catch (IOException | RuntimeException e) {
      screen.title("The demo has failed");
      screen.say(e.toString());
      screen.say("More is in " + stackTrace(e));
    }
    return 1;
  }

  /** On Ctrl-C all servers end in hooks of their own; nobody wants to read what that breaks. */
  private void fallSilent() {
    screen.off();
    loggers().stop();
    System.setErr(new PrintStream(OutputStream.nullOutputStream()));
  }

  private static LoggerContext loggers() {
    return (LoggerContext) LoggerFactory.getILoggerFactory();
  }

  private static void limitTime() {
    var timer = new Timer("limit", true);
    timer.schedule(
        new TimerTask() {
          @Override
          public void run() {
            System.out.printf(
                "%nThe demo has failed: not done after %d minutes.%n", LONGEST_MINUTES);
            System.exit(1);
          }
        },
        TimeUnit.MINUTES.toMillis(LONGEST_MINUTES));
  }

  private static Path stackTrace(Exception e) {
    Path file = DIRECTORY.resolve("failure.log");
    try (var out = new PrintWriter(Files.newBufferedWriter(file))) {
      e.printStackTrace(out);
    } catch (IOException unwritable) {
      e.printStackTrace();
    }
    return file;
  }
}
