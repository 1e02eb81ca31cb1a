"""Makes references.json: small tokenizers of each kind, by the library `tokenizers` of Hugging Face, and the numbers
that it gives for some texts, which test/data/text/tokenizer.test.ts compares.

    pip install tokenizers==0.23.1 && python test/data/text/references.py
"""

import json
import pathlib

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

corpus = [
    "A holdfast is the root by which kelp grips the sea bed: the storm passes, it holds.",
    "Training pipelines that can be stopped, killed or unplugged at any moment.",
    "They resume exactly where they were, bit for bit; nothing is lost.",
    "The storm took 3 boats in 2024, and 12 in 2025. Naïve sailors! Was it worth it?",
]
texts = corpus[:1] + [
    "The kelp resumes, exactly.",
    "  two  spaces\nand a line, 123456",
    "naïve Émile 天気 😀 <pad> [SEP]",
    "it's",
]


def bpe():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    trainer = trainers.BpeTrainer(
        vocab_size=320,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        special_tokens=["<|endoftext|>", "<pad>"],
    )
    tokenizer.train_from_iterator(corpus, trainer)
    return tokenizer


def word_piece():
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    trainer = trainers.WordPieceTrainer(vocab_size=120, special_tokens=special)
    tokenizer.train_from_iterator(corpus, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return tokenizer


def unigram():
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=90, special_tokens=["<unk>", "<pad>"], unk_token="<unk>"
    )
    tokenizer.train_from_iterator(corpus, trainer)
    return tokenizer


references = []
for name, tokenizer in [("bpe", bpe()), ("word_piece", word_piece()), ("unigram", unigram())]:
    references.append(
        {
            "name": name,
            "tokenizer": json.loads(tokenizer.to_str()),
            "texts": [
                {"text": text, "ids": tokenizer.encode(text).ids} for text in texts
            ],
        }
    )
path = pathlib.Path(__file__).with_name("references.json")
path.write_text(json.dumps(references, ensure_ascii=False) + "\n")
