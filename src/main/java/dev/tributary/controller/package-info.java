/**
 * All that knows Kubernetes: three reconcilers that read alike (resolve, observe, plan, execute,
 * report), the resolution of Secrets, and the writing of status, conditions and events. Knows no
 * SQL.
 */
package dev.tributary.controller;
