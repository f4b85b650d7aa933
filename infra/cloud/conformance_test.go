//go:build conformance

package cloud

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// cfn-lint knows CloudFormation's own schemas and every IAM action. W3005 (a dependency that is said twice) is the CDK's way.
func lint(t *testing.T, files ...string) (string, error) {
	t.Helper()
	out, err := exec.Command("cfn-lint", append([]string{"--ignore-checks", "W3005", "--regions", "ap-northeast-1", "--"}, files...)...).CombinedOutput()
	return string(out), err
}

func TestCfnLintFindsNothing(t *testing.T) {
	if out, err := exec.Command("cfn-lint", "--version").CombinedOutput(); err != nil {
		t.Fatalf("cfn-lint is not installed: run make conformance, which installs it: %v\n%s", err, out)
	}
	files, err := filepath.Glob(filepath.Join(synthesised(t), "*.template.json"))
	if err != nil || len(files) != len(stages())+1 {
		t.Fatalf("%d templates, %v", len(files), err)
	}
	if out, err := lint(t, files...); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// An action that does not exist would deploy, and fail when it is needed. The CDK's validator does not see it.
func TestCfnLintSeesAnInventedAction(t *testing.T) {
	body, err := os.ReadFile(filepath.Join(synthesised(t), stackName(stages()[0])+".template.json"))
	if err != nil {
		t.Fatal(err)
	}
	spoilt := filepath.Join(t.TempDir(), "spoilt.json")
	if err := os.WriteFile(spoilt, []byte(strings.Replace(string(body), `"ses:SendRawEmail"`, `"ses:SendRawMail"`, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := lint(t, spoilt); err == nil || !strings.Contains(out, "sendrawmail") && !strings.Contains(out, "SendRawMail") {
		t.Errorf("%v\n%s", err, out)
	}
}
