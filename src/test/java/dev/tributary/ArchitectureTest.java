package dev.tributary;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Who knows what: the domain nothing, JDBC and Kubernetes not each other. */
class ArchitectureTest {
  static {
    // Names are enough of what is not ours, and reading the JDK takes seconds.
    ArchConfiguration.get().setResolveMissingDependenciesFromClassPath(false);
  }

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.tributary");

  private static final DescribedPredicate<JavaClass> PLAIN_JAVA =
      resideInAnyPackage(
          "java.lang..", "java.nio.charset..", "java.security..", "java.time..", "java.util..");

  private static final DescribedPredicate<JavaClass> ENUMS_OF_THE_API =
      resideInAPackage("dev.tributary.api..").and(describe("are enums", JavaClass::isEnum));

  @Test
  void theDomainIsPure() {
    classes()
        .that()
        .resideInAPackage("dev.tributary.federation..")
        .should()
        .onlyDependOnClassesThat(
            PLAIN_JAVA
                .or(resideInAPackage("dev.tributary.federation.."))
                .or(ENUMS_OF_THE_API)
                .or(describe("are arrays", JavaClass::isArray)))
        .check(CLASSES);
  }

  @Test
  void jdbcKnowsNoKubernetes() {
    noClasses()
        .that()
        .resideInAPackage("dev.tributary.postgres..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.fabric8..", "io.javaoperatorsdk..", "dev.tributary.controller..")
        .check(CLASSES);
  }

  @Test
  void jdbcKnowsOfTheApiOnlyItsWords() {
    noClasses()
        .that()
        .resideInAPackage("dev.tributary.postgres..")
        .should()
        .dependOnClassesThat(
            resideInAPackage("dev.tributary.api..").and(DescribedPredicate.not(ENUMS_OF_THE_API)))
        .check(CLASSES);
  }

  @Test
  void kubernetesKnowsNoJdbc() {
    noClasses()
        .that()
        .resideInAPackage("dev.tributary.controller..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.sql..", "javax.sql..", "org.postgresql..")
        .check(CLASSES);
  }

  @Test
  void whatIsOfflineSpeaksToNoApiServerAndNoDatabase() {
    noClasses()
        .that()
        .resideInAPackage("dev.tributary.offline..")
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                    "java.sql..",
                    "javax.sql..",
                    "org.postgresql..",
                    "dev.tributary.postgres..",
                    "io.javaoperatorsdk..",
                    "io.fabric8.kubernetes.client..")
                .and(
                    describe(
                        "are not the base of every custom resource",
                        c -> !c.getName().equals("io.fabric8.kubernetes.client.CustomResource"))))
        .check(CLASSES);
  }

  @Test
  void theResourcesAreDataWithoutAClientOrLogic() {
    classes()
        .that()
        .resideInAPackage("dev.tributary.api..")
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(
                    "java.lang..",
                    "java.util..",
                    "dev.tributary.api..",
                    "com.fasterxml.jackson.annotation..",
                    "io.fabric8.crd.generator.annotation..",
                    "io.fabric8.generator.annotation..",
                    "io.fabric8.kubernetes.api.model..",
                    "io.fabric8.kubernetes.model.annotation..")
                .or(
                    describe(
                        "are the base of every custom resource",
                        c -> c.getName().equals("io.fabric8.kubernetes.client.CustomResource"))))
        .check(CLASSES);
  }

  @Test
  void noPackageDependsOnItselfInACircle() {
    slices().matching("dev.tributary.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void noSqlIsMadeWhereKubernetesIsSpokenTo() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "dev.tributary.controller..", "dev.tributary.ops..", "dev.tributary.offline..")
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("dev.tributary.federation.Sql")
        .because("no SQL is made outside federation and postgres")
        .check(CLASSES);
  }
}
