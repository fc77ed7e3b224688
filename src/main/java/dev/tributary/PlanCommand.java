package dev.tributary;

import dev.tributary.federation.Script;
import dev.tributary.offline.JsonOutput;
import dev.tributary.offline.Manifests;
import dev.tributary.offline.OfflineSecrets;
import dev.tributary.offline.Output;
import dev.tributary.offline.PasswordFile;
import dev.tributary.offline.Planned;
import dev.tributary.offline.ScriptOutput;
import dev.tributary.offline.TextOutput;
import dev.tributary.offline.UnusableInput;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Says what the operator would do, without a cluster. */
@Command(
    name = "plan",
    description = {
      "Says what the operator would do to the databases of SourceDatabase manifests, and what it would"
          + " say beforehand. Needs no cluster, and changes nothing.",
      "Of the other kinds only Secrets are used; targets and federations are checked, not planned."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:Nothing stands in the way, whether or not there is something to do.",
      "1:The input cannot be used: options, files, manifests.",
      "2:Something stands in the way: a blocker, a database that cannot be reached."
    },
    exitCodeOnInvalidInput = PlanCommand.UNUSABLE,
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class PlanCommand implements Callable<Integer> {
  static final int UNUSABLE = 1;
  static final int BLOCKED = 2;

  @Spec private CommandSpec spec;

  @Option(
      names = {"-f", "--filename"},
      required = true,
      paramLabel = "PATH",
      description =
          "Manifests in YAML or JSON: a file, a directory (its *.yaml, *.yml and *.json), or - for"
              + " standard input. Can be given several times.")
  private List<String> files;

  @Option(
      names = {"-R", "--recursive"},
      description = "Read directories in directories too.")
  private boolean recursive;

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NAME",
      defaultValue = "default",
      description = "Namespace of manifests that name none; default: default.")
  private String namespace;

  @Option(
      names = "--password-file",
      paramLabel = "FILE",
      description =
          "Credentials in place of Secrets: a line SECRET:USERNAME:PASSWORD, or"
              + " NAMESPACE/SECRET:USERNAME:PASSWORD, for each credentialsSecret. Goes before Secrets"
              + " among the manifests.")
  private String passwordFile;

  @ArgGroup(exclusive = true)
  private Form form = new Form();

  static final class Form {
    @Option(
        names = "--sql",
        description =
            "Print the plan as a script for psql, everything else as comments in it; where it is for"
                + " several databases, it connects to each.")
    private boolean sql;

    @Option(names = "--json", description = "Print everything as one JSON object.")
    private boolean json;

    Output output() {
      if (sql) {
        return new ScriptOutput();
      }
      return json ? new JsonOutput() : new TextOutput();
    }
  }

  @Override
  public Integer call() {
    var out = spec.commandLine().getOut();
    List<Planned> planned;
    try {
      var manifests = Manifests.read(files, recursive, System.in, namespace);
      var passwords = passwordFile == null ? PasswordFile.NONE : PasswordFile.read(passwordFile);
      var secrets = new OfflineSecrets(manifests, passwords);
      planned = manifests.sources().stream().map(s -> Planned.of(s, secrets)).toList();
    } catch (UnusableInput e) {
      var err = spec.commandLine().getErr();
      e.getMessage().lines().map(Script::oneLine).forEach(err::println);
      return UNUSABLE;
    }
    out.print(form.output().of(planned));
    out.flush();
    return planned.stream().anyMatch(p -> p.blockers() > 0) ? BLOCKED : 0;
  }
}
