"""More models of the corpus, from torchvision, timm and transformers: small ones with random weights, each of another family."""

import torch
from torch import nn

from architectures import First, TINY, case, image_case, text_case, timm_case, vision, x

# --- torchvision --------------------------------------------------------------------------------------------------------------------

vision("mnasnet", 64, function=lambda m: m.MNASNet(0.1, num_classes=5, dropout=0.0))
vision("wide-bottleneck", 32, function=lambda m: nn.Sequential(
    nn.Conv2d(3, 8, 3, 2, 1, bias=False), nn.BatchNorm2d(8), nn.ReLU(),
    m.resnet.Bottleneck(8, 4, 2, nn.Sequential(nn.Conv2d(8, 16, 1, 2, bias=False), nn.BatchNorm2d(16)), groups=2, base_width=128), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 5)
))  # fmt: skip


@case("retina-head", x(2, 3, 32, 32), dynamic={})
def retina():
    from torchvision.models.detection.retinanet import RetinaNetHead
    from torchvision.ops import FeaturePyramidNetwork, FrozenBatchNorm2d

    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.stem, self.bn, self.next = nn.Conv2d(3, 8, 3, 4, 1), FrozenBatchNorm2d(8), nn.Conv2d(8, 8, 3, 2, 1)
            self.fpn, self.head = FeaturePyramidNetwork([8, 8], 8), RetinaNetHead(8, 2, 3)

        def forward(self, x):
            a = self.bn(self.stem(x)).relu()
            maps = self.fpn({"0": a, "1": self.next(a)})
            out = self.head(list(maps.values()))
            return torch.cat([out["cls_logits"], out["bbox_regression"]], -1)

    return M()


@case("roi-head", lambda: {"x": torch.randn(1, 3, 32, 32), "boxes": torch.tensor([[1.0, 2, 20, 24], [8, 4, 30, 16]])}, dynamic={})
def roi_head():
    from torchvision.models.detection.faster_rcnn import FastRCNNPredictor, TwoMLPHead
    from torchvision.models.detection.rpn import RPNHead
    from torchvision.ops import roi_align

    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.stem, self.rpn, self.box, self.predict = nn.Conv2d(3, 6, 3, 4, 1), RPNHead(6, 3), TwoMLPHead(54, 8), FastRCNNPredictor(8, 3)

        def forward(self, x, boxes):
            h = self.stem(x).relu()
            scores, deltas = self.rpn([h])
            regions = roi_align(h, [boxes], (3, 3), 0.25, 2)
            classes, moved = self.predict(self.box(regions))
            return torch.cat([classes, moved, scores[0].mean((2, 3)).expand(2, -1), deltas[0].mean((2, 3)).expand(2, -1)], -1)

    return M()


@case("fcn-lraspp", x(2, 3, 32, 32), "cross-entropy", dynamic={})
def lraspp():
    from torchvision.models.segmentation.fcn import FCNHead
    from torchvision.models.segmentation.lraspp import LRASPPHead

    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.low, self.high = nn.Conv2d(3, 8, 3, 4, 1), nn.Conv2d(8, 8, 3, 2, 1)
            self.head, self.fcn = LRASPPHead(8, 8, 3, 8), FCNHead(8, 3)
            self.fcn[3].p = 0.0

        def forward(self, x):
            low = self.low(x).relu()
            high = self.high(low).relu()
            a, b = self.head({"low": low, "high": high}), self.fcn(high)
            up = lambda t: nn.functional.interpolate(t, size=x.shape[-2:], mode="bilinear", align_corners=False)
            return up(a) + up(b)

    return M()


@case("video-resnet", x(2, 3, 4, 16, 16), "cross-entropy", dynamic={})
def video():
    from torchvision.models.video.resnet import BasicBlock, Conv2Plus1D, R2Plus1dStem

    down = nn.Sequential(nn.Conv3d(64, 8, 1, bias=False), nn.BatchNorm3d(8))
    return nn.Sequential(R2Plus1dStem(), BasicBlock(64, 8, Conv2Plus1D, 1, down), nn.AdaptiveAvgPool3d(1), nn.Flatten(), nn.Linear(8, 5))


# --- timm ---------------------------------------------------------------------------------------------------------------------------



def timm_made(name, make, size=32):
    @case(name, x(2, 3, size, size), "cross-entropy", dynamic={})
    def made():
        import timm.models

        return make(timm.models)

    return made


timm_made("timm-mixer", lambda m: m.mlp_mixer.MlpMixer(5, 32, patch_size=8, num_blocks=2, embed_dim=16))
timm_made("timm-convmixer", lambda m: m.convmixer.ConvMixer(16, 2, kernel_size=5, patch_size=4, num_classes=5))
timm_made("timm-poolformer", lambda m: m.metaformer.MetaFormer(num_classes=5, depths=(1, 1), dims=(8, 16), use_mlp_head=False, layer_scale_init_values=0.1))
timm_made("timm-sequencer", lambda m: m.sequencer.Sequencer2d(5, 32, layers=(1, 1), patch_sizes=(8, 1), embed_dims=(8, 8), hidden_sizes=(4, 4), mlp_ratios=(2.0, 2.0)))
timm_case("timm-cait", "cait_xxs24_224", img_size=32, patch_size=8, embed_dim=16, depth=1, num_heads=2)
timm_case("timm-xcit", "xcit_nano_12_p16_224", img_size=32, embed_dim=16, depth=1, num_heads=2)
timm_case("timm-vit-2", "test_vit2", size=64)
timm_case("timm-test-convnext", "test_convnext", size=64)
timm_case("timm-test-mambaout", "test_mambaout", size=64)
timm_case("timm-beit", "beit_base_patch16_224", img_size=32, patch_size=8, embed_dim=16, depth=1, num_heads=2)

# --- transformers: text -------------------------------------------------------------------------------------------------------------

text_case("fnet", ("FNet", "FNetForSequenceClassification"), {}, attention=False)
text_case("convbert", ("ConvBert", "ConvBertForSequenceClassification"), dict(embedding_size=16, conv_kernel_size=3, head_ratio=2, classifier_dropout=0.0))
text_case("squeezebert", ("SqueezeBert", "SqueezeBertForSequenceClassification"), dict(embedding_size=16, q_groups=2, k_groups=2, v_groups=2, post_attention_groups=1, intermediate_groups=2, output_groups=2))
text_case("mpnet", ("MPNet", "MPNetForSequenceClassification"), dict(pad_token_id=1, max_position_embeddings=18))
text_case("roformer", ("RoFormer", "RoFormerForSequenceClassification"), dict(embedding_size=16))
text_case("deberta", ("Deberta", "DebertaForSequenceClassification"), dict(relative_attention=True, pos_att_type=["p2c", "c2p"], max_relative_positions=8, pooler_dropout=0.0))
text_case("mamba", ("Mamba", "MambaForCausalLM"), dict(state_size=4, expand=2, conv_kernel=3, time_step_rank=4), attention=False)
text_case("mixtral", ("Mixtral", "MixtralForCausalLM"), dict(num_key_value_heads=1, num_local_experts=3, num_experts_per_tok=2, experts_implementation="eager"), attention=False)
text_case("gpt-bigcode", ("GPTBigCode", "GPTBigCodeForCausalLM"), dict(n_embd=16, n_layer=2, n_head=2, n_positions=16), attention=False)
text_case("codegen", ("CodeGen", "CodeGenForCausalLM"), dict(n_embd=16, n_layer=2, n_head=2, n_positions=16, rotary_dim=4, n_ctx=16), attention=False)
text_case("olmo2", ("Olmo2", "Olmo2ForCausalLM"), dict(num_key_value_heads=1), attention=False)
text_case("cohere", ("Cohere", "CohereForCausalLM"), dict(num_key_value_heads=1, use_qk_norm=True), attention=False)
text_case("granite", ("Granite", "GraniteForCausalLM"), dict(num_key_value_heads=1, embedding_multiplier=2.0, residual_multiplier=0.5), attention=False)
text_case("phi3", ("Phi3", "Phi3ForCausalLM"), dict(num_key_value_heads=1), attention=False)
text_case("smollm3", ("SmolLM3", "SmolLM3ForCausalLM"), dict(num_key_value_heads=1), attention=False)

# --- transformers: images, sound, several, series -----------------------------------------------------------------------------------

image_case("hf-pvt", ("PvtV2", "PvtV2ForImageClassification"), dict(num_encoder_blocks=2, depths=[1, 1], hidden_sizes=[8, 16], num_attention_heads=[1, 2], sr_ratios=[2, 1], patch_sizes=[7, 3], strides=[4, 2], mlp_ratios=[2, 2], drop_path_rate=0.0, image_size=32))
image_case("hf-mobilevit", ("MobileViT", "MobileViTForImageClassification"), dict(hidden_sizes=[8, 12, 16], neck_hidden_sizes=[4, 4, 8, 8, 8, 8, 16], patch_size=2, expand_ratio=2.0, classifier_dropout_prob=0.0))
image_case("hf-yolos", ("Yolos", "YolosForObjectDetection"), dict(image_size=[32, 32], num_detection_tokens=3))
image_case("hf-dpt", ("DPT", "DPTForSemanticSegmentation"), dict(num_hidden_layers=4, backbone_out_indices=[0, 1, 2, 3], neck_hidden_sizes=[4, 4, 8, 8], fusion_hidden_size=8, reassemble_factors=[4, 2, 1, 0.5], semantic_classifier_dropout=0.0, use_auxiliary_head=False, is_hybrid=False))


def sound_case(name, kind, config, inputs):
    @case(name, inputs, "cross-entropy", dynamic={})
    def make():
        import transformers

        settings = getattr(transformers, f"{kind[0]}Config")(**{**TINY, **config})
        return First(getattr(transformers, kind[1])(settings), list(inputs()))

    return make


CONVS = dict(conv_dim=[8, 8], conv_stride=[5, 2], conv_kernel=[10, 3], num_conv_pos_embeddings=4, num_conv_pos_embedding_groups=2, feat_proj_dropout=0.0, activation_dropout=0.0, final_dropout=0.0, layerdrop=0.0, mask_time_prob=0.0, apply_spec_augment=False, classifier_proj_size=8)
sound_case("hubert", ("Hubert", "HubertForSequenceClassification"), CONVS, lambda: {"input_values": torch.randn(2, 400)})
sound_case("audio-spectrogram-transformer", ("AST", "ASTForAudioClassification"), dict(patch_size=4, max_length=16, num_mel_bins=8, time_stride=4, frequency_stride=4), lambda: {"input_values": torch.randn(2, 16, 8)})


@case("hifigan", lambda: {"spectrogram": torch.randn(2, 6, 8)}, dynamic={})
def hifigan():
    import transformers

    settings = transformers.SpeechT5HifiGanConfig(model_in_dim=8, upsample_initial_channel=8, upsample_rates=[2, 2], upsample_kernel_sizes=[4, 4], resblock_kernel_sizes=[3], resblock_dilation_sizes=[[1, 3]])
    return transformers.SpeechT5HifiGan(settings)


@case("siglip", lambda: {"input_ids": torch.randint(3, 31, (2, 6)), "pixel_values": torch.randn(2, 3, 32, 32)}, "cross-entropy", dynamic={})
def siglip():
    import transformers

    class Logits(nn.Module):
        def __init__(self):
            super().__init__()
            vision = {**TINY, "image_size": 32, "patch_size": 8}
            self.model = transformers.SiglipModel(transformers.SiglipConfig(text_config=dict(TINY), vision_config=vision))

        def forward(self, input_ids, pixel_values):
            return self.model(input_ids=input_ids, pixel_values=pixel_values).logits_per_image

    return Logits()


@case("vilt", lambda: {"input_ids": torch.randint(3, 31, (2, 6)), "pixel_values": torch.randn(2, 3, 32, 32)}, "cross-entropy", dynamic={}, modes=("eval",))
def vilt():
    import transformers

    settings = transformers.ViltConfig(**{**TINY, "image_size": 32, "patch_size": 8, "max_image_length": -1})
    return First(transformers.ViltForQuestionAnswering(settings), ["input_ids", "pixel_values"])


@case("patchtst", lambda: {"past_values": torch.randn(2, 24, 3)}, dynamic={})
def patchtst():
    import transformers

    settings = transformers.PatchTSTConfig(num_input_channels=3, context_length=24, patch_length=4, patch_stride=4, d_model=16, num_hidden_layers=2, num_attention_heads=2, ffn_dim=32, prediction_length=4,
        attention_dropout=0.0, positional_dropout=0.0, path_dropout=0.0, ff_dropout=0.0, head_dropout=0.0, num_targets=3, loss="mse")  # fmt: skip

    class M(nn.Module):
        def __init__(self):
            super().__init__()
            self.model = transformers.PatchTSTForPrediction(settings)

        def forward(self, past_values):
            return self.model(past_values=past_values).prediction_outputs

    return M()


@case("perceiver", lambda: {"inputs": torch.randint(3, 31, (2, 7))}, "cross-entropy", dynamic={})
def perceiver():
    import transformers

    settings = transformers.PerceiverConfig(num_latents=4, d_latents=16, d_model=16, num_blocks=1, num_self_attends_per_block=1, num_self_attention_heads=2, num_cross_attention_heads=2, vocab_size=31, max_position_embeddings=16, num_labels=3, attention_probs_dropout_prob=0.0)
    return First(transformers.PerceiverForSequenceClassification(settings), ["inputs"])
