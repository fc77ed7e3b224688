/** What is decided about Kubernetes without one: conditions, statuses, desired state, pace. */
package dev.tributary.controller;
