package dev.tributary;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** The command line. */
@Command(
    name = "tributary",
    description = "Keeps many PostgreSQL databases flowing into one ParadeDB.",
    mixinStandardHelpOptions = true,
    versionProvider = Tributary.Version.class,
    subcommands = Run.class)
public final class Tributary {
  public static void main(String[] args) {
    System.exit(new CommandLine(new Tributary()).execute(args));
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
