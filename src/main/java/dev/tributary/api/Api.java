package dev.tributary.api;

/** The name under which the API server knows the resources. */
public final class Api {
  public static final String GROUP = "tributary.dev";
  public static final String VERSION = "v1alpha1";

  /** The annotation with the hash of the plan that may be executed, beside the field. */
  public static final String APPROVED_PLAN = "tributary.dev/approved-plan";

  /** What Kubernetes lets a resource be called: a pattern for fields that name one. */
  static final String NAME = "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$";

  private Api() {}
}
