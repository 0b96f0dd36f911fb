// Command check does by Go's own packages what evledger does by its own: it opens and signs notes,
// checks proofs, and reads published tiles.
//
// It reads a JSON array of questions from standard input, and writes one of answers.
// An answer's "error" is empty where Go agrees.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// A question names what to do, and has the fields that this takes.
type question struct {
	Do string `json:"do"` // open, sign, generate, record, tree, tiles, entries

	// Notes.
	Note  []byte   `json:"note"` // base64 in JSON, as it need not be UTF-8
	Text  string   `json:"text"`
	Name  string   `json:"name"`
	VKeys []string `json:"vkeys"`
	SKey  string   `json:"skey"`

	// Trees.
	Size    int64       `json:"size"`
	Root    tlog.Hash   `json:"root"`
	Index   int64       `json:"index"`
	Leaf    tlog.Hash   `json:"leaf"`
	Old     int64       `json:"old"`
	OldRoot tlog.Hash   `json:"old_root"`
	Proof   []tlog.Hash `json:"proof"`

	// Published logs.
	Folder  string  `json:"folder"`
	Indexes []int64 `json:"indexes"` // prove these records
	Olds    []int64 `json:"olds"`    // prove that these trees were extended
}

type answer struct {
	Error   string        `json:"error"`
	Text    string        `json:"text,omitempty"`
	Signers []string      `json:"signers,omitempty"`
	Note    []byte        `json:"note,omitempty"`
	SKey    string        `json:"skey,omitempty"`
	VKey    string        `json:"vkey,omitempty"`
	Root    *tlog.Hash    `json:"root,omitempty"`
	Leaves  []tlog.Hash   `json:"leaves,omitempty"`
	Records [][]tlog.Hash `json:"records,omitempty"`
	Trees   [][]tlog.Hash `json:"trees,omitempty"`
	Roots   []tlog.Hash   `json:"roots,omitempty"`
}

var doing = map[string]func(question, *answer) error{
	"open":     open,
	"sign":     sign,
	"generate": generate,
	"record":   record,
	"tree":     tree,
	"tiles":    tiles,
	"entries":  entries,
}

func main() {
	log.SetFlags(0)
	var questions []question
	if err := json.NewDecoder(os.Stdin).Decode(&questions); err != nil {
		log.Fatal(err)
	}
	answers := make([]answer, len(questions))
	for i, q := range questions {
		do, ok := doing[q.Do]
		if !ok {
			log.Fatalf("question %d: cannot do %q", i, q.Do)
		}
		if err := do(q, &answers[i]); err != nil {
			answers[i].Error = err.Error()
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(answers); err != nil {
		log.Fatal(err)
	}
}

// Notes.

func open(q question, a *answer) error {
	var verifiers []note.Verifier
	for _, vkey := range q.VKeys {
		verifier, err := note.NewVerifier(vkey)
		if err != nil {
			return fmt.Errorf("vkey: %w", err)
		}
		verifiers = append(verifiers, verifier)
	}
	opened, err := note.Open(q.Note, note.VerifierList(verifiers...))
	if err != nil {
		return err
	}
	a.Text = opened.Text
	for _, signature := range opened.Sigs {
		a.Signers = append(a.Signers, signature.Name)
	}
	return nil
}

func sign(q question, a *answer) error {
	signer, err := note.NewSigner(q.SKey)
	if err != nil {
		return fmt.Errorf("skey: %w", err)
	}
	a.Note, err = note.Sign(&note.Note{Text: q.Text}, signer)
	return err
}

func generate(q question, a *answer) (err error) {
	a.SKey, a.VKey, err = note.GenerateKey(nil, q.Name) // from crypto/rand
	return err
}

// Proofs.

func record(q question, a *answer) error {
	return tlog.CheckRecord(q.Proof, q.Size, q.Root, q.Index, q.Leaf)
}

func tree(q question, a *answer) error {
	return tlog.CheckTree(q.Proof, q.Size, q.Root, q.Old, q.OldRoot)
}

// Published logs.

// A folder holds tiles as C2SP tlog-tiles lays them out: as Go does, without the height, 8.
type folder string

func (folder) Height() int { return 8 }

func (folder) SaveTiles([]tlog.Tile, [][]byte) {}

func (f folder) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range wanted {
		data, err := f.read(tile)
		if err != nil {
			return nil, err
		}
		found = append(found, data)
	}
	return found, nil
}

func (f folder) read(tile tlog.Tile) ([]byte, error) {
	path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
	path = strings.Replace(path, "tile/data/", "tile/entries/", 1)
	return os.ReadFile(filepath.Join(string(f), filepath.FromSlash(path)))
}

// tiles proves from the tiles of a published log, each authenticated by the root.
func tiles(q question, a *answer) error {
	reader := tlog.TileHashReader(tlog.Tree{N: q.Size, Hash: q.Root}, folder(q.Folder))
	for _, index := range q.Indexes {
		leaf, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
		if err != nil {
			return fmt.Errorf("leaf %d: %w", index, err)
		}
		proof, err := tlog.ProveRecord(q.Size, index, reader)
		if err != nil {
			return fmt.Errorf("record %d: %w", index, err)
		}
		a.Leaves = append(a.Leaves, leaf[0])
		a.Records = append(a.Records, proof)
	}
	for _, old := range q.Olds {
		root, err := tlog.TreeHash(old, reader)
		if err != nil {
			return fmt.Errorf("root of %d: %w", old, err)
		}
		proof, err := tlog.ProveTree(q.Size, old, reader)
		if err != nil {
			return fmt.Errorf("tree of %d: %w", old, err)
		}
		a.Roots = append(a.Roots, root)
		a.Trees = append(a.Trees, proof)
	}
	return nil
}

// entries computes the root from nothing but the records of a published log.
func entries(q question, a *answer) error {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			hashes[i] = stored[index]
		}
		return hashes, nil
	})
	for n := int64(0); n < q.Size; {
		width := q.Size - n
		if width > 256 {
			width = 256
		}
		bundle, err := folder(q.Folder).read(tlog.Tile{H: 8, L: -1, N: n / 256, W: int(width)})
		if err != nil {
			return err
		}
		for ; width > 0; width-- {
			var data []byte
			if data, bundle, err = entry(bundle); err != nil {
				return fmt.Errorf("entry %d: %w", n, err)
			}
			hashes, err := tlog.StoredHashes(n, data, reader)
			if err != nil {
				return err
			}
			stored = append(stored, hashes...)
			n++
		}
		if len(bundle) > 0 {
			return fmt.Errorf("%d bytes after entry %d", len(bundle), n-1)
		}
	}
	root, err := tlog.TreeHash(q.Size, reader)
	a.Root = &root
	return err
}

// entry splits the first of a bundle's entries off: two bytes of length, and so many more.
func entry(bundle []byte) (data, rest []byte, err error) {
	if len(bundle) < 2 {
		return nil, nil, errors.New("no length")
	}
	length := int(bundle[0])<<8 | int(bundle[1])
	if bundle = bundle[2:]; len(bundle) < length {
		return nil, nil, errors.New("too short")
	}
	return bundle[:length], bundle[length:], nil
}
