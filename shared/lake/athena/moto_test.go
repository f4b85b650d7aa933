//go:build conformance

package athena

import (
	"context"
	"net"
	"os/exec"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"
)

// A Glue of another's making takes the tables, the views and a run's partitions, and those again. It runs no query.
func TestPartitionsOnMoto(t *testing.T) {
	if out, err := exec.Command("python3", "-c", "import moto.server, flask").CombinedOutput(); err != nil {
		t.Fatalf("moto is not installed: run make conformance, which installs it: %v\n%s", err, out)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	host, port, err := net.SplitHostPort(listener.Addr().String())
	listener.Close()
	if err != nil {
		t.Fatal(err)
	}
	server := exec.Command("python3", "-m", "moto.server", "-H", host, "-p", port)
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Process.Kill(); _ = server.Wait() })
	for tries := 0; ; tries++ {
		conn, err := net.DialTimeout("tcp", net.JoinHostPort(host, port), time.Second)
		if err == nil {
			conn.Close()
			break
		}
		if tries == 150 {
			t.Fatalf("moto does not serve: %v", err)
		}
		time.Sleep(200 * time.Millisecond)
	}
	ctx := context.Background()
	client := glue.New(glue.Options{
		Region: "ap-northeast-1", BaseEndpoint: aws.String("http://" + net.JoinHostPort(host, port)),
		Credentials: credentials.NewStaticCredentialsProvider("id", "secret", ""),
	})
	for _, d := range doors {
		if _, err := client.CreateDatabase(ctx, &glue.CreateDatabaseInput{DatabaseInput: &types.DatabaseInput{Name: aws.String(d.Database)}}); err != nil {
			t.Fatal(err)
		}
		tables := definitions(t, d)
		for _, g := range tables {
			in := &types.TableInput{
				Name: aws.String(g.Name), Parameters: g.Parameters, PartitionKeys: columnsOf(g.Partitions),
				StorageDescriptor: &types.StorageDescriptor{Columns: columnsOf(g.Columns), Location: aws.String(g.Location)},
			}
			if g.View != "" {
				in.TableType, in.ViewOriginalText, in.ViewExpandedText = aws.String("VIRTUAL_VIEW"), aws.String(g.View), aws.String(ExpandedText)
			}
			if _, err := client.CreateTable(ctx, &glue.CreateTableInput{DatabaseName: aws.String(d.Database), TableInput: in}); err != nil {
				t.Fatalf("%s: %v", g.Name, err)
			}
		}
		catalog := New(client, d)
		for range 2 {
			if err := catalog.AddPartitions(ctx, "2023-securities", run); err != nil {
				t.Fatal(err)
			}
		}
		for _, g := range tables {
			if g.View != "" {
				continue
			}
			out, err := client.GetPartitions(ctx, &glue.GetPartitionsInput{DatabaseName: aws.String(d.Database), TableName: aws.String(g.Name)})
			if err != nil || len(out.Partitions) != 1 || len(out.Partitions[0].Values) != len(g.Partitions) {
				t.Errorf("%s.%s: %v, %v; want one partition of %d values", d.Database, g.Name, out, err, len(g.Partitions))
			}
		}
	}
}

func columnsOf(columns []Column) []types.Column {
	var all []types.Column
	for _, c := range columns {
		all = append(all, types.Column{Name: aws.String(c.Name), Type: aws.String(c.Type), Comment: aws.String(c.Comment)})
	}
	return all
}
