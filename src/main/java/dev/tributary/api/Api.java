package dev.tributary.api;

/** The name under which the API server knows the resources. */
public final class Api {
  public static final String GROUP = "tributary.dev";
  public static final String VERSION = "v1alpha1";

  private Api() {}
}
