package dev.tributary;

import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** The command line. */
@Command(
    name = "tributary",
    description = "Keeps many PostgreSQL databases flowing into one ParadeDB.",
    mixinStandardHelpOptions = true,
    versionProvider = Tributary.Version.class,
    subcommands = {Run.class, PlanCommand.class})
public final class Tributary {
  public static void main(String[] args) {
    // What a locale without UTF-8 would make of a table's name is another name.
    var out = new PrintWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8), true);
    System.exit(new CommandLine(new Tributary()).setOut(out).execute(args));
  }

  /** The version that the build wrote into the jar. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Tributary.class.getPackage().getImplementationVersion();
      return new String[] {"tributary " + (version == null ? "(not from a jar)" : version)};
    }
  }
}
